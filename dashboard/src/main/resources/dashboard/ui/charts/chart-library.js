/** Chart.js with the settings that every chart of the page shares. The published file is a classic script that sets a global. */

import '../../vendor/chart.js/chart.umd.js';

export const { Chart } = globalThis;

Chart.defaults.animation = false;
Chart.defaults.responsive = true;
Chart.defaults.maintainAspectRatio = false;
Chart.defaults.font.family = getComputedStyle(document.documentElement).getPropertyValue('--sans');
Chart.defaults.font.size = 11;
Chart.defaults.plugins.legend.display = false;
