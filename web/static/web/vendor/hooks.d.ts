/** The types of `hooks.js`, of the same version. */
export * from "preact/hooks";
