import { answerCalls, type Channel, channelOf, joinTabs } from "@conclave/client/remote";
import { DoorKeeper } from "./doorKeeper.js";

// The dedicated worker that has the home: keys, rooms and connections are here, screens are in the page. With several
// tabs one of their workers has the home, and the others pass on what their pages say (docs/decisions/0005).
const HOME = "home";

// The page named this worker, so that it can tell when it is gone.
joinTabs(HOME, self.name, channelOf(self), () => {
  const pages = new Set<Channel>();
  const door = new DoorKeeper(HOME, (event) => {
    for (const page of pages) page.send({ event });
  });
  return (page) => {
    pages.add(page);
    const stop = answerCalls(page, () => door.calls());
    return () => {
      pages.delete(page);
      stop();
    };
  };
});
