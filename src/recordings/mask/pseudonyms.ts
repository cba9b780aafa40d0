import { createHmac, randomBytes } from "node:crypto";

/** Without vowels no pseudonym is a word or a name. */
const CONSONANTS = "bcdfghjklmnpqrstvwxz";
const SCRIPTS: readonly (readonly [RegExp, string])[] = [
  [/\p{Script=Latin}/u, "çñšžřłďťňģ"],
  [/\p{Script=Greek}/u, "βγδζθκλμξπ"],
  [/\p{Script=Cyrillic}/u, "бвгджзклмнпрст"],
  [/\p{Script=Hebrew}/u, "בגדהזחטכלמ"],
  [/\p{Script=Arabic}/u, "بتثجحخدذرز"],
  [/\p{L}/u, "甲乙丙丁戊己庚辛壬癸"],
];

/**
 * Gives each word another one of its shape: as many letters of its script, digits for digits, capitals where it has capitals. The same word
 * gets the same one for as long as this lives, whatever its letter case; two words never get the same one.
 */
export function createPseudonyms(key: Uint8Array = randomBytes(32)) {
  const given = new Map<string, string>();
  const taken = new Set<string>();

  function pseudonymOf(word: string): string {
    const known = given.get(word);
    if (known !== undefined) return known;
    let found = word;
    for (let attempt = 0; found === word || taken.has(found); attempt++) {
      // Of one digit there are nine others: whoever comes later gets a longer one.
      const lengthened =
        attempt < 50 ? word : word + (/^\d+$/.test(word) ? "7" : "x").repeat(1 + Math.floor(attempt / 50));
      found = shaped(lengthened, createHmac("sha256", key).update(`${attempt} ${word}`).digest());
    }
    given.set(word, found);
    taken.add(found);
    return found;
  }

  return (word: string): string => {
    const lower = word.toLowerCase();
    const from = [...word];
    const to = [...pseudonymOf(lower)];
    if (from.length !== [...lower].length) return to.join("");
    return to.map((sign, index) => (isCapital(from[index] ?? "") ? sign.toUpperCase() : sign)).join("");
  };
}

export type Pseudonyms = ReturnType<typeof createPseudonyms>;

const isCapital = (sign: string): boolean => sign !== sign.toLowerCase();

function shaped(word: string, bytes: Uint8Array): string {
  const letters = /^(?=.*\d)(?=.*[a-f])[\da-f]{6,}$/.test(word) ? "bcdf" : CONSONANTS;
  return [...word]
    .map((sign, index) => {
      const byte = (bytes[index % bytes.length] ?? 0) + Math.floor(index / bytes.length) * 7;
      return of(alphabetOf(sign, index === 0 && word.length > 1, letters) ?? sign, byte);
    })
    .join("");
}

/** What a sign may become: one of its own kind. What begins with a zero still does. */
function alphabetOf(sign: string, isFirst: boolean, letters: string): string | undefined {
  if (/[a-z]/.test(sign)) return letters;
  if (/\d/.test(sign)) return isFirst ? (sign === "0" ? "0" : "123456789") : "0123456789";
  return SCRIPTS.find(([script]) => script.test(sign))?.[1];
}

function of(alphabet: string, byte: number): string {
  const signs = [...alphabet];
  return signs[byte % signs.length] ?? "x";
}
