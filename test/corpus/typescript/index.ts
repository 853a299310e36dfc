export const greeting: string = 'hello';
export const wrong: number = greeting;
