// gt.viz: pictures.
export { type LineChartOptions, lineChart, type Series } from './lineChart.js';
