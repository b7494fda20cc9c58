/** Read by the command line (`npm run prepare`) and by the Vite plugin alike. */
export default {
	outdir: './src/lib/paraglide',
	strategy: ['globalVariable', 'baseLocale'],
	outputStructure: 'message-modules',
	disableAsyncLocalStorage: true
};
