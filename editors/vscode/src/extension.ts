// Starts `ssot server` and connects the editor with it.

import { statSync } from "node:fs";
import * as vscode from "vscode";
import { LanguageClient } from "vscode-languageclient/node";
import { findBinary } from "./binary";

let client: LanguageClient | undefined;

function isFile(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
}

async function start(context: vscode.ExtensionContext, log: vscode.OutputChannel): Promise<void> {
  const found = findBinary({
    setting: vscode.workspace.getConfiguration("ssot").get("path", ""),
    environment: process.env,
    extension: context.extensionPath,
    platform: process.platform,
    exists: isFile,
  });
  if (!("file" in found)) {
    log.appendLine(`The program ssot is at none of these places:\n${found.tried.join("\n")}`);
    void vscode.window.showErrorMessage("ssot was not found. Set `ssot.path`; the log has the places that were tried.");
    return;
  }
  log.appendLine(`Starting ${found.file}`);
  const next = new LanguageClient(
    "ssot",
    "ssot",
    { command: found.file, args: ["server"] },
    { documentSelector: [{ scheme: "file", language: "python" }, { scheme: "file", language: "rust" }], outputChannel: log },
  );
  client = next;
  await next.start();
}

async function stop(): Promise<void> {
  const running = client;
  client = undefined;
  await running?.stop();
}

/** Called by the editor when a file of the languages is opened. */
export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const log = vscode.window.createOutputChannel("ssot");
  const restart = async () => {
    await stop();
    await start(context, log);
  };
  context.subscriptions.push(
    log,
    vscode.commands.registerCommand("ssot.restart", restart),
    vscode.commands.registerCommand("ssot.showLog", () => log.show()),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration("ssot.path")) {
        void restart();
      }
    }),
  );
  await start(context, log);
}

/** Called by the editor when it ends. */
export async function deactivate(): Promise<void> {
  await stop();
}
