/**
 * What runs in processes of its own: main programs that only use what all client versions have. They say what they did, a line a step,
 * and end with a code other than 0 when something was not as it must be.
 */
package io.millrace.compat.program;
