// The client's own rules for what comes from strangers: one set for every screen (attack A78).
export { plainName, plainText } from "@conclave/client/pure";
