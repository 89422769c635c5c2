/** The types of `preact.js`, of the same version. */
export * from "preact";
