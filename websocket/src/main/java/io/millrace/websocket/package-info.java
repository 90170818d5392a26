/** To be written. */
package io.millrace.websocket;
