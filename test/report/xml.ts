export interface XmlElement {
  name: string;
  attributes: Record<string, string>;
  text: string;
}

const NAME = '[A-Za-z_][\\w.-]*';
const ATTRIBUTE = new RegExp(`\\s+(${NAME})="([^"<&]*(?:&(?:[a-z]+|#\\d+);[^"<&]*)*)"`, 'y');
const OPEN = new RegExp(`<(${NAME})`, 'y');
const END = /\s*(\/?)>/y;
const TEXT = /[^<&]+|&(?:[a-z]+|#\d+);/y;
const CLOSE = new RegExp(`</(${NAME})>`, 'y');

/** Elements of a document in the order of their start tags; throws where it is not well-formed. Enough for JUnit's XML. */
export function parseXml(xml: string): XmlElement[] {
  const elements: XmlElement[] = [];
  const open: XmlElement[] = [];
  let position = xml.indexOf('?>') + 2;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = position;
    const match = pattern.exec(xml);
    if (match) position = pattern.lastIndex;
    return match;
  };
  while (position < xml.length) {
    const close = take(CLOSE);
    if (close) {
      if (open.pop()?.name !== close[1]) throw new Error(`</${close[1]}> closes nothing`);
      continue;
    }
    const start = take(OPEN);
    if (start) {
      const element: XmlElement = { name: String(start[1]), attributes: {}, text: '' };
      for (let pair = take(ATTRIBUTE); pair; pair = take(ATTRIBUTE)) {
        if (String(pair[1]) in element.attributes) throw new Error(`${pair[1]} twice`);
        // Section 3.3.3: white space in an attribute becomes spaces.
        element.attributes[String(pair[1])] = decode(String(pair[2]).replace(/[\t\n\r]/g, ' '));
      }
      const end = take(END);
      if (!end) throw new Error(`<${element.name}> does not end at ${position}`);
      elements.push(element);
      if (end[1] === '') open.push(element);
      continue;
    }
    const text = take(TEXT);
    if (!text) throw new Error(`not well-formed at ${position}: ${xml.slice(position, position + 40)}`);
    const parent = open.at(-1);
    // Section 2.11: a parser reads every line end as a newline.
    if (parent) parent.text += decode(text[0].replace(/\r\n?/g, '\n'));
    else if (text[0].trim() !== '') throw new Error(`text outside the root: ${text[0]}`);
  }
  if (open.length > 0) throw new Error(`<${open.at(-1)?.name}> is not closed`);
  return elements;
}

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decode(text: string): string {
  return text.replace(/&(?:#(\d+)|([a-z]+));/g, (_, code?: string, name?: string) => {
    if (code !== undefined) return String.fromCodePoint(Number(code));
    const character = ENTITIES[name ?? ''];
    if (character === undefined) throw new Error(`unknown entity ${name}`);
    return character;
  });
}
