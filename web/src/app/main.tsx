// Before the features, so that their own rules come last.
import './styles';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { takeKeyFromAddress, watchAddress } from '@/api/merchantKey';
import { startTexts } from './i18n';
import { Providers } from './Providers';

takeKeyFromAddress();
watchAddress();
startTexts();

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <Providers />
    </StrictMode>,
  );
}
