/**
 * TLS as this node has it configured: PEM files are read, checked with words that help, and read again when they change.
 *
 * <p>Start at {@link io.millrace.cluster.tls.TlsIdentity}; {@link io.millrace.cluster.tls.NodeCertificate} says how a certificate names
 * a node. Files are read at the start and on worker threads; everything else may be called on any thread and never blocks.
 */
package io.millrace.cluster.tls;
