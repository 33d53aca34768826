import { answerCalls, type Channel, channelOf, type HomeEvent, joinTabs } from "@conclave/client/rpc";
import type { DoorEvent } from "./door.js";
import { DoorKeeper } from "./doorKeeper.js";

// The dedicated worker that has the home: keys, rooms and connections are here, screens are in the page. With several
// tabs one of their workers has the home, and the others pass on what their pages say (docs/decisions/0005).
const HOME = "home";

// The page named this worker, so that it can tell when it is gone.
const lead = (takeOver: boolean) => {
  const pages = new Set<Channel>();
  const tell = (event: HomeEvent | DoorEvent) => {
    for (const page of pages) page.send({ event });
  };
  const door = new DoorKeeper(HOME, tell, takeOver);
  return (page: Channel) => {
    pages.add(page);
    const stop = answerCalls(page, () => door.calls());
    return () => {
      pages.delete(page);
      stop();
    };
  };
};

// Another tab has the home: the page of this one says that it has stopped, and starts returned.
joinTabs(HOME, self.name, channelOf(self), { lead, lost: () => self.close() });
