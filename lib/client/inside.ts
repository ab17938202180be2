// Decides how the parts of a client reach its inside: by symbols, so that no field of a subclass gets in their way.

export const AUDIENCE = Symbol("audience");
export const ENGINE = Symbol("engine");
export const SETTINGS = Symbol("settings");
export const PLAN = Symbol("plan");
export const NEW_INFO = Symbol("new_info");
export const IN_TURN = Symbol("in_turn");
