// jstat has no types of its own; these are the four functions that values/distribution.ts asks for.
declare module 'jstat' {
	export const jStat: {
		normal: {
			cdf(x: number, mean: number, sd: number): number;
			inv(p: number, mean: number, sd: number): number;
		};
		studentt: { cdf(x: number, df: number): number; inv(p: number, df: number): number };
	};
	const wrapped: { jStat: typeof jStat };
	export default wrapped;
}
