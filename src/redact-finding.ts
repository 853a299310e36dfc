import type { Finding, Wait } from './model';
import { redactText } from './redact';

/** A finding without secrets in its words. What it is about, and where, stays as it is. */
export function withoutSecrets(finding: Finding): Finding {
  const { what, opened, why, help, proof, subject, child, resource, waits } = finding;
  return {
    ...finding,
    what: redactText(what),
    why: redactText(why),
    help: redactText(help),
    proof: proof.map(redactText),
    subject: redactText(subject),
    ...(typeof opened === 'string' && { opened: redactText(opened) }),
    ...(child && { child: { ...child, command: redactText(child.command) } }),
    ...(resource && { resource: { ...resource, label: redactText(resource.label) } }),
    ...(waits && { waits: waits.map(redactWait) }),
  };
}

function redactWait(wait: Wait): Wait {
  const { waiter, on, until, proof } = wait;
  return {
    ...wait,
    waiter: { ...waiter, label: redactText(waiter.label) },
    on: { ...on, label: redactText(on.label) },
    until: redactText(until),
    proof: proof.map(redactText),
  };
}
