import type { Explored } from "./explore.js";

/** What an exploration came to, in a line. */
export function explorationLine(explored: Explored): string {
  const { completed, states, rests, seats, asked, seconds, broken } = explored;
  const { removals, longestRemoval, entrances, longestEntrance } = explored;
  return [
    completed < 0 ? "no bound completed" : `every order of ${String(completed)} events completed`,
    `${String(states)} states (${String(Math.round(states / seconds))} a second, ${seconds.toFixed(0)} s)`,
    `${String(rests)} at rest`,
    `${String(seats)} states of devices by ${String(asked)} operations`,
    `${String(removals)} removals by the owner in ${String(longestRemoval)} steps at most`,
    `${String(entrances)} ways in in ${String(longestEntrance)}`,
    `broken invariants: ${broken === null ? "0" : "1"}`,
  ].join("; ");
}
