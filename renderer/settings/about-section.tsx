import { license, version } from '../../package.json';
import { desktop } from '../desktop.ts';
import { buttonClass } from '../ui/button.tsx';
import { Section } from '../ui/page.tsx';
import { Fact } from './doors-section.tsx';

export function AboutSection() {
  return (
    <Section
      title="About"
      actions={
        // The desktop window opens no second one.
        !desktop && (
          <a href="/api/docs" target="_blank" rel="noopener" className={buttonClass('normal', true)}>
            Read about the API
          </a>
        )
      }
    >
      <div className="card card-pad grid gap-3">
        <Fact term="Version">Temps Desktop {version}</Fact>
        <Fact term="Licence">{license}</Fact>
      </div>
    </Section>
  );
}
