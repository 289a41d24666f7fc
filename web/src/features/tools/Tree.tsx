import { useTranslation } from 'react-i18next';
import { isBer, type BerView, type ElementView, type Inspection, type NodeView } from '@/domain/inspection';
import { useLocale } from '@/ui/locale';
import { Card } from '@/ui/parts';
import { Scanned } from '@/ui/Scanned';
import { consumerMeaningOf, currencyOf, meaningOf, nameOf, type Meaning } from './meaning';
import styles from './tools.module.css';

/** Every object of the code, nested as it stands. */
export function Tree({ inspection }: { inspection: Inspection }) {
  const { t } = useTranslation('tools');
  if (inspection.tree.length === 0) return null;
  const consumer = inspection.scheme === 'emv-cpm';
  return (
    <Card labelledBy="tree-title">
      <h2 id="tree-title">{t('tree.title')}</h2>
      <p className="quiet">{consumer ? t('tree.leadConsumer') : t('tree.lead')}</p>
      <Nodes nodes={inspection.tree} path={[]} inspection={inspection} />
    </Card>
  );
}

interface NodesProps {
  readonly nodes: readonly NodeView[];
  readonly path: readonly string[];
  readonly inspection: Inspection;
}

function Nodes({ nodes, path, inspection }: NodesProps) {
  return (
    <ul className={styles.tree}>
      {nodes.map((node, index) => {
        const id = isBer(node) ? node.tag : node.id;
        const here = [...path, id];
        return (
          <li key={index}>
            <Line node={node} meaning={meaningFor(node, here, inspection)} path={here} />
            {node.sub && node.sub.length > 0 && (
              <Nodes nodes={node.sub} path={here} inspection={inspection} />
            )}
          </li>
        );
      })}
    </ul>
  );
}

function meaningFor(node: NodeView, path: readonly string[], { network, fields }: Inspection): Meaning {
  return isBer(node)
    ? consumerMeaningOf(node.tag)
    : meaningOf({ path, network: network ?? undefined, initiation: fields.initiation ?? undefined });
}

function Line({ node, meaning, path }: { node: NodeView; meaning: Meaning; path: readonly string[] }) {
  const { t } = useTranslation('tools');
  const id = path.at(-1) ?? '';
  const isTemplate = node.sub !== undefined && node.sub.length > 0;
  return (
    <div className={styles.node}>
      <span className={styles.id}>{id}</span>
      <span className={styles.nodeWords}>
        <strong>{t(`ids.${meaning}`)}</strong>
        <span className="quiet">{t('tree.length', { count: node.len })}</span>
      </span>
      {!isTemplate && (
        <span className={styles.value}>
          {node.len === 0 ? <span className="quiet">{t('tree.empty')}</span> : <Value node={node} />}
          {!isBer(node) && path.length === 1 && <Explained node={node} meaning={meaning} />}
        </span>
      )}
    </div>
  );
}

const Value = ({ node }: { node: ElementView | BerView }) => (
  <Scanned text={isBer(node) ? node.hex : node.value} />
);

function Explained({ node, meaning }: { node: ElementView; meaning: Meaning }) {
  const { t } = useTranslation('tools');
  const locale = useLocale();
  const words = (): string | undefined => {
    if (meaning === 'country') return nameOf('region', node.value, locale);
    if (meaning === 'currency') return nameOf('currency', currencyOf(node.value) ?? '', locale);
    if (meaning !== 'initiation') return undefined;
    if (node.value === '11') return t('fields.initiationValue.static');
    return node.value === '12' ? t('fields.initiationValue.dynamic') : undefined;
  };
  const said = words();
  return said === undefined ? null : <span className={styles.explained}>{said}</span>;
}
