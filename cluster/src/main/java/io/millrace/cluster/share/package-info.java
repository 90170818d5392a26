/**
 * Share groups (KIP-932).
 */
package io.millrace.cluster.share;
