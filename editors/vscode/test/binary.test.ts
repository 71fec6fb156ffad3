import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { findBinary, type Places } from "../src/binary";

function places(files: string[], more: Partial<Places> = {}): Places {
  return {
    setting: "",
    environment: {},
    extension: "/extension",
    platform: "linux",
    exists: (file) => files.includes(file),
    ...more,
  };
}

const everywhere = ["/set/ssot", "/named/ssot", "/bin/ssot", "/extension/bin/ssot"];
const environment = { SSOT_BINARY: "/named/ssot", PATH: "relative:/empty:/bin" };

test("the setting comes first, then the environment, PATH, and what comes with the extension", () => {
  deepEqual(findBinary(places(everywhere, { setting: "/set/ssot", environment })), { file: "/set/ssot" });
  deepEqual(findBinary(places(everywhere, { environment })), { file: "/named/ssot" });
  deepEqual(findBinary(places(everywhere, { environment: { PATH: environment.PATH } })), { file: "/bin/ssot" });
  deepEqual(findBinary(places(everywhere)), { file: "/extension/bin/ssot" });
});

test("what a person names is not passed over", () => {
  deepEqual(findBinary(places(["/bin/ssot"], { setting: "/gone", environment })), { tried: ["/gone"] });
});

test("a directory that is not absolute is no place for a program", () => {
  const found = findBinary(places(["relative/ssot"], { environment: { PATH: environment.PATH } }));
  deepEqual(found, { tried: ["/empty/ssot", "/bin/ssot", "/extension/bin/ssot"] });
});

test("on Windows the program has an extension, and PATH another delimiter", () => {
  const windows = { platform: "win32", extension: "C:\\ext", environment: { Path: "C:\\a;C:\\b" } };
  deepEqual(findBinary(places(["C:\\b\\ssot.exe"], windows)), { file: "C:\\b\\ssot.exe" });
});
