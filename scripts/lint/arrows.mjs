/** Allowed imports between packages (docs/decisions/0001). Anything else is a lint error. */
export const ARROWS = {
  words: [],
  codec: [],
  crypto: [],
  sqlite: [],
  mls: ["codec", "crypto"],
  wire: ["codec"],
  protocol: ["codec", "crypto", "mls", "wire"],
  relay: ["codec", "crypto", "wire", "sqlite"],
  client: ["codec", "crypto", "protocol", "wire", "sqlite"],
  web: ["words", "client", "codec"],
  cli: ["words", "client", "relay", "protocol", "crypto", "codec"],
  simulator: ["codec", "crypto", "mls", "protocol", "wire", "relay", "client"],
  bench: ["codec", "crypto", "mls", "protocol", "wire", "relay", "client"],
  lab: ["bench", "crypto", "mls"],
};
