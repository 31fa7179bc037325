export const LockedPage = () => <div className="page">Locked</div>;
