/** Whether an image holds web-demo: by the last part of the name, whatever its registry and tag. */
export function isWebDemo(image = ''): boolean {
  return /(^|\/)web-demo([:@]|$)/.test(image);
}
