import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run } from './run.ts';

const names = [
  'chromium',
  'chromium-browser',
  'google-chrome-stable',
  'google-chrome',
  'microsoft-edge-stable',
  'microsoft-edge',
];

const fixedPlaces: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ],
  win32: ['ProgramFiles', 'ProgramFiles(x86)', 'LocalAppData'].flatMap((variable) => {
    const base = process.env[variable];
    if (!base) return [];
    return [
      join(base, 'Google/Chrome/Application/chrome.exe'),
      join(base, 'Microsoft/Edge/Application/msedge.exe'),
    ];
  }),
};

/** Chromium, Chrome or Edge of this system: DAYAFTER_CHROMIUM, the PATH, or its usual place. */
export function findChromium(): string | undefined {
  const named = process.env.DAYAFTER_CHROMIUM;
  if (named) return named;
  const onPath = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .flatMap((folder) => names.map((name) => join(folder, name)));
  return [...onPath, ...(fixedPlaces[process.platform] ?? [])].find((path) => existsSync(path));
}

/** As `findChromium`; root on a Debian-like system installs it, anyone else is told the command. */
export async function needChromium(): Promise<string> {
  const found = findChromium();
  if (found !== undefined) return found;
  const isRoot = process.getuid?.() === 0;
  if (isRoot && existsSync('/usr/bin/apt-get')) await aptInstall();
  const installed = findChromium();
  if (installed !== undefined) return installed;
  throw new Error(
    `The UI tests need Chromium, Chrome or Edge. Install it with: ${installCommand()} ` +
      '(or name its executable in DAYAFTER_CHROMIUM).',
  );
}

async function aptInstall(): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  console.log('Installing Chromium with apt-get for the UI tests …');
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', 'chromium']]) {
    const ended = await run('apt-get', args, { env, timeout: 600_000 });
    if (ended.code !== 0) console.log(ended.stderr.slice(-2000));
  }
}

function installCommand(): string {
  if (process.platform === 'darwin') return 'brew install --cask chromium';
  if (process.platform === 'win32') return 'winget install Google.Chrome';
  if (existsSync('/usr/bin/dnf')) return 'sudo dnf install -y chromium';
  if (existsSync('/usr/bin/pacman')) return 'sudo pacman -S chromium';
  return 'sudo apt-get install -y chromium';
}
