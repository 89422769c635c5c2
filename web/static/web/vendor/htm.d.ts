/** The types of `htm.js`, of the same version. */
export { default } from "htm";
