/** Every text of every room, in both languages. The keys are typed: a missing text does not compile. */

import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { speak } from '@/api/client';
import { en as activityEn } from '@/features/activity/texts.en';
import { ko as activityKo } from '@/features/activity/texts.ko';
import { en as limitsEn } from '@/features/limits/texts.en';
import { ko as limitsKo } from '@/features/limits/texts.ko';
import { en as payEn } from '@/features/pay/texts.en';
import { ko as payKo } from '@/features/pay/texts.ko';
import { en as recoveryEn } from '@/features/recovery/texts.en';
import { ko as recoveryKo } from '@/features/recovery/texts.ko';
import { en as securityEn } from '@/features/security/texts.en';
import { ko as securityKo } from '@/features/security/texts.ko';
import { en as shopEn } from '@/features/shop/texts.en';
import { ko as shopKo } from '@/features/shop/texts.ko';
import { en as signupEn } from '@/features/signup/texts.en';
import { ko as signupKo } from '@/features/signup/texts.ko';
import { en as stepupEn } from '@/features/stepup/texts.en';
import { ko as stepupKo } from '@/features/stepup/texts.ko';
import { en as toolsEn } from '@/features/tools/texts.en';
import { ko as toolsKo } from '@/features/tools/texts.ko';
import { en as commonEn } from '@/ui/texts.en';
import { ko as commonKo } from '@/ui/texts.ko';
import { en as appEn } from './texts.en';
import { ko as appKo } from './texts.ko';

const SLOT = 'farthing.language';

const en = {
  app: appEn,
  common: commonEn,
  activity: activityEn,
  limits: limitsEn,
  pay: payEn,
  recovery: recoveryEn,
  security: securityEn,
  shop: shopEn,
  signup: signupEn,
  stepup: stepupEn,
  tools: toolsEn,
};
const ko: typeof en = {
  app: appKo,
  common: commonKo,
  activity: activityKo,
  limits: limitsKo,
  pay: payKo,
  recovery: recoveryKo,
  security: securityKo,
  shop: shopKo,
  signup: signupKo,
  stepup: stepupKo,
  tools: toolsKo,
};

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'app';
    resources: typeof en;
  }
}

export function startTexts(): void {
  i18next.on('languageChanged', (language) => {
    speak(language);
    document.documentElement.lang = language;
  });
  void i18next.use(initReactI18next).init({
    lng: localStorage.getItem(SLOT) ?? (navigator.language.startsWith('ko') ? 'ko' : 'en'),
    fallbackLng: 'en',
    supportedLngs: ['ko', 'en'],
    resources: { en, ko },
    defaultNS: 'app',
    initAsync: false,
    // React escapes.
    interpolation: { escapeValue: false },
  });
}

export function switchLanguage(): void {
  const next = i18next.language === 'ko' ? 'en' : 'ko';
  localStorage.setItem(SLOT, next);
  void i18next.changeLanguage(next);
}
