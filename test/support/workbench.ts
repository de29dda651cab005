import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Browser, chromium, type Frame, type Locator, type Page } from 'playwright-core';
import { needChromium } from './chromium.ts';
import type { VscodeServer } from './vscode-server.ts';

const screenshotFolder = resolve(import.meta.dirname, '../../.cache/screenshots');

const browserFlags = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
  '--force-color-profile=srgb',
];

export async function launchChromium(): Promise<Browser> {
  // Chromium's sandbox does not run as root.
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const executablePath = await needChromium();
  return chromium.launch({ executablePath, headless: true, args: [...sandbox, ...browserFlags] });
}

/** A window of VS Code: the workbench of a VS Code server in headless Chromium, driven as a person would. */
export class Workbench {
  readonly page: Page;
  readonly #browser: Browser;

  private constructor(page: Page, browser: Browser) {
    this.page = page;
    this.#browser = browser;
  }

  /** Opens a folder and waits until the extension host has registered all contributions. */
  static async open(server: VscodeServer, folder: string): Promise<Workbench> {
    const browser = await launchChromium();
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    await page.goto(server.url(folder), { waitUntil: 'commit', timeout: 120_000 });
    const bench = new Workbench(page, browser);
    await bench.#ready();
    return bench;
  }

  /** Loads the window anew, as "Reload Window" does. */
  async reload(): Promise<void> {
    await this.page.reload({ waitUntil: 'commit' });
    await this.#ready();
  }

  #ready(): Promise<void> {
    return this.page.locator('.statusbar-item', { hasText: 'E2E-READY' }).waitFor({ timeout: 180_000 });
  }

  close(): Promise<void> {
    return this.#browser.close();
  }

  /** Keeps a picture in `.cache/screenshots`. */
  async screenshot(name: string): Promise<void> {
    await mkdir(screenshotFolder, { recursive: true });
    await this.page.screenshot({ path: join(screenshotFolder, `${name}.png`) });
  }

  /** The text field of the open quick pick or quick input. */
  get quickInput(): Locator {
    return this.page.locator('.quick-input-widget:not([style*="display: none"]) .quick-input-box input');
  }

  quickPick(label: string): Locator {
    return this.page.locator('.quick-input-list .monaco-list-row', { hasText: label }).first();
  }

  /**
   * Runs a command of the palette by its title, with its category ("Debug: Stop"). An editor that takes the
   * focus just then closes the palette: it is opened again.
   */
  async command(title: string): Promise<void> {
    const patience = { timeout: 15_000 };
    for (let attempts = 1; ; attempts++) {
      try {
        await this.page.keyboard.press('F1');
        await this.quickInput.waitFor(patience);
        await this.quickInput.fill(`>${title}`, patience);
        await this.quickPick(title).click(patience);
        return;
      } catch (error) {
        if (attempts === 4) throw error;
      }
    }
  }

  /** Starts a configuration of launch.json by its name. */
  async startDebugging(name: string): Promise<void> {
    await this.page.keyboard.press('F1');
    await this.quickInput.waitFor();
    await this.quickInput.fill(`debug ${name}`);
    const label = this.page.locator('.quick-input-list .label-name', { hasText: name }).first();
    await label.click();
  }

  /** A row of the explorer by the file's name. */
  file(name: string): Locator {
    const exact = new RegExp(`^\\s*${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\s*$`);
    return this.page.locator('.explorer-folders-view .monaco-list-row', { hasText: exact });
  }

  /**
   * Selects these files of the explorer and no others. None is opened by that: an editor that comes up late
   * takes the selection for its own file.
   */
  async select(names: readonly string[]): Promise<void> {
    const selected = this.page.locator('.explorer-folders-view .monaco-list-row.selected');
    for (let round = 0; round < 10; round++) {
      const is = (await selected.allInnerTexts()).map((text) => text.trim());
      const wrong = [
        ...is.filter((name) => !names.includes(name)),
        ...names.filter((name) => !is.includes(name)),
      ];
      if (wrong.length === 0) return;
      for (const name of wrong) await this.file(name).click({ modifiers: ['ControlOrMeta'] });
      // What the explorer still had to do with the selection happens before the next look.
      await this.page.waitForTimeout(200);
    }
    throw new Error(`the explorer does not keep ${names.join(', ')} selected`);
  }

  /** Opens the context menu of a file, or of several together, and chooses an entry. */
  async choose(files: string | readonly string[], entry: string): Promise<void> {
    const names = typeof files === 'string' ? [files] : files;
    if (names.length > 1) await this.select(names);
    await this.file(names[0]!).click({ button: 'right' });
    // A menu that has just come up takes no click yet.
    const menu = this.page.locator('.monaco-menu').first();
    for (let round = 0; round < 20; round++) {
      const chosen = this.page.locator('.monaco-menu .action-item', { hasText: entry }).first();
      await chosen.click({ timeout: round === 0 ? 60_000 : 1000 }).catch((error) => {
        if (round === 0) throw error;
      });
      const closed = await menu.waitFor({ state: 'hidden', timeout: 1000 }).then(
        () => true,
        () => false,
      );
      if (closed) return;
    }
    throw new Error(`the menu does not take ${entry}`);
  }

  get callStack(): Locator {
    return this.page.locator('.debug-call-stack .monaco-list-row');
  }

  get threads(): Locator {
    return this.page.locator('.debug-call-stack .thread');
  }

  get stackFrames(): Locator {
    return this.page.locator('.debug-call-stack .stack-frame');
  }

  get variables(): Locator {
    return this.page.locator('.debug-variables .monaco-list-row');
  }

  /** The row of a variable by its name. */
  variable(name: string): Locator {
    const label = this.page.locator('.name, .scope', { hasText: new RegExp(`^${name}\\s*[=:]?\\s*$`) });
    return this.variables.filter({ has: label }).first();
  }

  get console(): Locator {
    return this.page.locator('.repl .monaco-list-row');
  }

  get debugToolbar(): Locator {
    return this.page.locator('.debug-toolbar');
  }

  /** A part of the status bar by its text, for example "Ln 11". */
  status(text: string | RegExp): Locator {
    return this.page.locator('.statusbar-item', { hasText: text });
  }

  get notifications(): Locator {
    return this.page.locator('.notifications-toasts .notification-toast');
  }

  /** Text of the lines that the active editor shows, in no certain order. */
  async editorText(): Promise<string> {
    const lines = this.page.locator('.editor-group-container.active .view-lines .view-line');
    return (await lines.allTextContents()).join('\n').replaceAll('\u00a0', ' ');
  }

  /** Evaluates an expression in the debug console. */
  async evaluate(expression: string): Promise<void> {
    const input = this.page.locator('.repl-input-wrapper .monaco-editor').first();
    await input.click();
    await this.page.locator('.repl-input-wrapper .monaco-editor.focused').waitFor();
    await this.page.keyboard.type(expression);
    const typed = this.page.locator('.repl-input-wrapper .view-lines');
    await typed.filter({ hasText: expression.replaceAll(' ', '\u00a0') }).waitFor();
    // A list of completions would take the Enter.
    await this.page.keyboard.press('Escape');
    await this.page.keyboard.press('Enter');
  }

  /** The document of the visible webview (a custom editor or a panel). */
  async webview(selector: string, patience = 30_000): Promise<Frame> {
    for (let waited = 0; waited < patience; waited += 100) {
      for (const frame of this.page.frames()) {
        const found = await frame
          .locator(selector)
          .first()
          .isVisible()
          .catch(() => false);
        if (found) return frame;
      }
      await this.page.waitForTimeout(100);
    }
    throw new Error(`no webview shows ${selector}`);
  }

  /**
   * Double-clicks a file that has a custom editor. A window that has just come up may not know that editor
   * yet and show the file as text: then it is closed and opened again.
   */
  async openCustom(name: string, selector: string): Promise<Frame> {
    for (let attempts = 1; ; attempts++) {
      await this.file(name).dblclick();
      try {
        return await this.webview(selector, 15_000);
      } catch (error) {
        if (attempts === 4) throw error;
        await this.command('View: Close Editor');
      }
    }
  }

  /** Ends the debug session, if there is one. */
  async stopDebugging(): Promise<void> {
    if (!(await this.debugToolbar.isVisible())) return;
    await this.page.keyboard.press('Shift+F5');
    await this.debugToolbar.waitFor({ state: 'hidden' });
  }
}
