/** What a section is called in an address: "This instance" is `#this-instance`. */
export const toAnchor = (title: string): string => title.toLowerCase().replaceAll(' ', '-');
