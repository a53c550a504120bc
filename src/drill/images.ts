/** Every container image that manifests and patches name, in any depth, sorted. */
export function imagesIn(value: unknown): string[] {
  const images = new Set<string>();
  collect(value, images);
  return [...images].sort();
}

function collect(value: unknown, images: Set<string>): void {
  if (Array.isArray(value)) for (const item of value) collect(item, images);
  else if (typeof value === 'object' && value !== null)
    for (const [key, field] of Object.entries(value)) {
      if (key === 'image' && typeof field === 'string') images.add(field);
      collect(field, images);
    }
}
