// Lints a document by a ruleset: lint.mjs RULESET DOCUMENT. Exit code 1 for any finding, also for a document that cannot be read.
import { formatProblems, getTotals, lint, loadConfig } from '@redocly/openapi-core';

const [ruleset, ref] = process.argv.slice(2);
const config = await loadConfig({ configPath: ruleset });
const found = await lint({ ref, config });
const totals = getTotals(found);
formatProblems(found, { format: 'codeframe', totals, version: '', maxProblems: 100 });
console.log(`${ref}: ${totals.errors} errors, ${totals.warnings} warnings`);
process.exitCode = found.length === 0 ? 0 : 1;
