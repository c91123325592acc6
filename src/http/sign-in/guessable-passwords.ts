/** Words that passwords of all languages are made of, the most frequent ones of published leaks. Kept in plain letters. */
const WORDS = `
password passwort passw pass pword motdepasse contrasena senha parola heslo salasana haslo wachtwoord parole
admin administrator root user guest test testing tester demo default changeme change temp temporary welcome
login signin letmein access secret master super supervisor manager system server service support helpdesk
company business office computer laptop internet network security database oracle cisco windows microsoft apple google
android samsung facebook instagram linkedin twitter youtube amazon netflix spotify gmail yahoo hotmail
qwerty qwertz azerty qwertyuiop qwertzuiop azertyuiop asdf asdfgh asdfghjkl zxcv zxcvbn zxcvbnm qazwsx qazwsxedc
qweasd qweasdzxc wsxedc abc abcd abcdef abcdefg abcdefgh abcdefghi abcdefghijkl aaa
iloveyou iloveu loveyou ilove love lover lovely babygirl babyboy baby angel angels princess prince queen king
sunshine rainbow flower butterfly summer winter spring autumn monday friday january february march april june july
august september october november december football baseball basketball soccer hockey tennis golf liverpool arsenal
chelsea barcelona realmadrid juventus manchester united yankees cowboys steelers eagles lakers bulls raiders
dragon monkey shadow tiger lion panther wolf eagle falcon phoenix unicorn dolphin horse puppy kitty kitten snoopy
pokemon pikachu naruto starwars startrek batman superman spiderman ironman avengers matrix ninja samurai pirate
trustno one michael jordan jennifer jessica michelle ashley amanda daniel thomas robert charlie william matthew joshua
andrew anthony christopher christian nicholas alexander alexandra benjamin jonathan samantha elizabeth victoria
maggie buster hunter ranger killer jesus christ blessed heaven freedom forever friends family happy lucky money
cookie cheese chocolate banana orange pepper ginger coffee pizza whatever nothing something hello goodbye please
thankyou fuckyou fuck asshole bitch pussy sexy harley mustang ferrari porsche mercedes corvette camaro yamaha honda
toyota nissan guitar music metallica slipknot nirvana eminem purple yellow silver golden diamond crystal
computer1 programmer developer engineer student teacher doctor nurse police soldier marine airforce america canada
england germany france italy espana brasil mexico india china london paris berlin newyork california texas florida
watchbill watch pager oncall monitoring production staging launch product
unbelievable administrateur administrador sunflower strawberry basketball1 motorcycle mypassword thepassword
nopassword newpassword oldpassword yourpassword mysecret topsecret secretpassword letmeinnow opensesame
correcthorsebatterystaple correct horse battery staple
`
  .trim()
  .split(/\s+/)
  .sort((left, right) => right.length - left.length);

/** Rows of keys and alphabets along which fingers walk, in both directions. */
const WALKS = [
  'qwertyuiopasdfghjklzxcvbnm',
  'qwertzuiopasdfghjklyxcvbnm',
  'azertyuiopqsdfghjklmwxcvbn',
  '1234567890qwertyuiop',
  '12345678901234567890',
  'abcdefghijklmnopqrstuvwxyz',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p',
  '1q2w3e4r5t6y7u8i9o0p',
  'q1w2e3r4t5y6u7i8o9p0',
  'qazwsxedcrfvtgbyhnujmikolp',
  'a1b2c3d4e5f6g7h8i9j0',
].flatMap((row) => [row, [...row].reverse().join('')]);

const LEET: Readonly<Record<string, string>> = {
  '@': 'a',
  '4': 'a',
  '3': 'e',
  '1': 'i',
  '!': 'i',
  '0': 'o',
  $: 's',
  '5': 's',
  '7': 't',
};

/**
 * Whether a password is made the way the common ones are: one word of the list, however often, with numbers, years, signs, runs of keys
 * or repetitions around it, in capitals or with digits for letters. Of the twelve characters and more that ours have, published lists hold
 * hardly anything else.
 */
export function isGuessablePassword(password: string): boolean {
  const plain = password.toLowerCase();
  const read = plain.replace(/[@4310!$57]/g, (character) => LEET[character] ?? character);
  return [plain, read].some((text) => wordsIn(text, plain) <= 1);
}

/**
 * How many different words it takes to explain a text, besides what is hardly worth guessing; infinite when they do not explain it.
 * `written` is the same before digits were read as letters.
 */
function wordsIn(text: string, written: string): number {
  const words = new Set<string>();
  let unexplained = 0;
  let at = 0;
  while (at < text.length) {
    const word = WORDS.find((candidate) => candidate.length > 2 && text.startsWith(candidate, at));
    const cheap = Math.max(walkLength(text, at), repetitionLength(text, at));
    if (word !== undefined && word.length >= cheap) {
      words.add(word);
      at += word.length;
    } else if (cheap >= 3) {
      at += cheap;
    } else {
      // Digits and signs around a word are what everybody adds; a letter that nothing explains is a thought of one's own.
      if (/\p{L}/u.test(written[at] ?? '')) unexplained += 1;
      at += 1;
    }
  }
  return unexplained > 2 ? Number.POSITIVE_INFINITY : words.size + (isMostlyOwnDigits(written) ? 2 : 0);
}

/** Numbers without a run in them may be as good as letters when there are many. */
function isMostlyOwnDigits(text: string): boolean {
  const different = new Set(text.replace(/\D/g, '')).size;
  return text.replace(/\D/g, '').length >= 10 && different >= 6 && longestWalk(text) < 5;
}

function longestWalk(text: string): number {
  return Math.max(0, ...Array.from(text, (_, at) => walkLength(text, at)));
}

/** How far the text goes along a row of keys from here. */
function walkLength(text: string, at: number): number {
  let longest = 0;
  for (const row of WALKS) {
    for (let start = row.indexOf(text[at] ?? ''); start >= 0; start = row.indexOf(text[at] ?? '', start + 1)) {
      let length = 1;
      while (at + length < text.length && row[start + length] === text[at + length]) length += 1;
      longest = Math.max(longest, length);
    }
  }
  return longest;
}

/** How long one to four characters repeat themselves from here. */
function repetitionLength(text: string, at: number): number {
  let longest = 0;
  for (let period = 1; period <= 4; period += 1) {
    let length = period;
    while (at + length < text.length && text[at + length] === text[at + length - period]) length += 1;
    if (length >= period * 2) longest = Math.max(longest, length);
  }
  return longest;
}
