/** Texts to try the page with. Each is made up; the addresses are reserved names (RFC 2606) or imitate on purpose. */

export const EXAMPLES = {
  pix: '00020126360014br.gov.bcb.pix0114+55119999999995204000053039865406123.455802BR5913Fulano de Tal6009SAO PAULO62070503***6304CFF0',
  lookAlike: 'https://www.nаver.com/pay?next=https%3A%2F%2Fevil.example%2Flogin',
  hidden: 'https://bank.example/\u202egpj.exe',
  wifi: 'WIFI:T:nopass;S:Free cafe;;',
} as const;

export type Example = keyof typeof EXAMPLES;
