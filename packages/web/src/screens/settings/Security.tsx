import type { JSX } from "preact";
import { Stack } from "../../design/index.js";
import { door } from "../../model/home.js";
import { Erase } from "./Erase.js";
import { Keeping } from "./Keeping.js";
import { Locks } from "./Locks.js";
import { Origin } from "./Origin.js";

/** Where this page comes from, what opens the home on this device, and how long it lasts. */
export function Security(): JSX.Element {
  const { value } = door;
  return (
    <Stack gap={4}>
      <Origin />
      {value.state === "open" && <Locks slots={value.slots} />}
      <Keeping />
      {value.state === "open" && <Erase />}
    </Stack>
  );
}
