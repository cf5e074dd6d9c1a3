export {
  canonicalName,
  lookupAddress,
  lookupName,
  NO_NAME_SERVER,
  parseAddress,
} from "../../machine/resolve.ts";
