/** To be written. */
package io.millrace.server;
