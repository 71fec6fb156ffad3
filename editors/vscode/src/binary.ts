// Where the program is: the setting, the environment, PATH, what comes with the extension.

import * as path from "node:path";

/** What the search looks at. */
export interface Places {
  /** The setting `ssot.path`. */
  setting: string;
  /** The environment of the editor. */
  environment: Record<string, string | undefined>;
  /** The directory of the extension. */
  extension: string;
  /** The platform, as node names it. */
  platform: string;
  /** Tells whether a file is there. */
  exists(file: string): boolean;
}

/** The program, or the places where it was looked for. */
export type Found = { file: string } | { tried: string[] };

/** Looks for the program. What a person names is taken or refused, never passed over. */
export function findBinary(places: Places): Found {
  const windows = places.platform === "win32";
  const system = windows ? path.win32 : path.posix;
  const name = windows ? "ssot.exe" : "ssot";
  const named = places.setting || places.environment["SSOT_BINARY"];
  if (named) {
    return places.exists(named) ? { file: named } : { tried: [named] };
  }
  // A program in the current directory is nobody's choice.
  const onPath = (places.environment["PATH"] ?? places.environment["Path"] ?? "")
    .split(system.delimiter)
    .filter((directory) => system.isAbsolute(directory))
    .map((directory) => system.join(directory, name));
  const tried = [...onPath, system.join(places.extension, "bin", name)];
  const file = tried.find((candidate) => places.exists(candidate));
  return file === undefined ? { tried } : { file };
}
