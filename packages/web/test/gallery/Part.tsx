import type { ComponentChildren, JSX } from "preact";
import { Card, Stack } from "../../src/design/index.js";

/** Components that belong together, under a heading. */
export function Part({
  title,
  children,
}: {
  readonly title: string;
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <Card title={title}>
      <Stack>{children}</Stack>
    </Card>
  );
}
