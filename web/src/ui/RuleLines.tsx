/** The rules behind what became of a payment: what each says, where that is written, and where else it may go. */

import { useTranslation } from 'react-i18next';
import { placeOf, wordsOf, type Ruling } from '@/domain/rule';
import { useLocale } from './locale';
import { Said } from './Said';

export interface ShownRule extends Ruling {
  readonly pack: string;
  readonly rule: string;
  readonly outcome?: string;
  readonly route?: string | null;
}

export const RuleLines = ({ rules }: { rules: readonly ShownRule[] | undefined }) =>
  rules?.map((rule) => <RuleLine key={`${rule.pack} ${rule.rule}`} rule={rule} />);

function RuleLine({ rule }: { rule: ShownRule }) {
  const { t } = useTranslation('common');
  const words = wordsOf(rule, useLocale());
  // Behind what payers set themselves there is no law.
  const place = rule.pack === 'payer' ? '' : placeOf(words);
  return (
    <>
      <p>
        <Said text={words.say} />
        {place !== '' && (
          <>
            {' · '}
            {t('rule.because')} <Said text={place} />
          </>
        )}
      </p>
      {rule.route != null && <Route route={rule.route} />}
    </>
  );
}

/** Where a payment may go that may not go on here; one this page has no words for stands as the pack writes it. */
function Route({ route }: { route: string }) {
  const { t } = useTranslation('common');
  const names: Readonly<Record<string, string>> = t('rule.routes', { returnObjects: true });
  const name = names[route];
  return (
    <p>
      {t('rule.route')} {name ?? <Said text={route.replaceAll('_', ' ')} />}
    </p>
  );
}
