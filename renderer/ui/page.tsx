import { Link, type LinkProps } from '@tanstack/react-router';
import { ChevronRight } from 'lucide-react';
import { type ReactNode, useEffect } from 'react';
import { toAnchor } from './anchor.ts';

interface PageProps {
  title: ReactNode;
  /** For the window's title where `title` is not text. */
  name?: string;
  crumbs?: readonly { label: string; to: LinkProps['to']; params?: Record<string, string> }[];
  under?: ReactNode;
  /** At the right; one of them the page's main button. */
  actions?: ReactNode;
  children: ReactNode;
}

/** A page: breadcrumb, title, main action and content. */
export function Page({ title, name, crumbs = [], under, actions, children }: PageProps) {
  const text = name ?? (typeof title === 'string' ? title : 'Temps');
  useEffect(() => {
    document.title = `${text} · Temps`;
  }, [text]);
  return (
    <div className="page">
      <header className="page-head">
        <div className="titles">
          {crumbs.length > 0 && (
            <nav className="crumbs" aria-label="Breadcrumb">
              {crumbs.map(({ label, to, params }) => (
                <span key={label} className="contents">
                  <Link to={to as '/'} {...(params ? { params } : {})}>
                    {label}
                  </Link>
                  <ChevronRight className="icon icon-14" aria-hidden="true" />
                </span>
              ))}
              <span className="min-w-0 truncate" dir="auto" title={text}>
                {text}
              </span>
            </nav>
          )}
          <h1 tabIndex={-1}>{title}</h1>
          {under && <p className="under">{under}</p>}
        </div>
        {actions && <div className="actions">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

interface SectionProps {
  title: string;
  /** After the title, in a lighter style. */
  said?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

export function Section({ title, said, actions, children }: SectionProps) {
  return (
    <section aria-label={title} id={toAnchor(title)}>
      <div className="section-head">
        <h2>{title}</h2>
        <span className="quiet min-w-0 truncate max-phone:whitespace-normal">{said}</span>
        {actions}
      </div>
      {children}
    </section>
  );
}
