export function SetUp({ token }: { token: string }) {
  return <p>{token.length}</p>;
}
