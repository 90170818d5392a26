/**
 * Regular expressions that clients send, in any protocol: {@link io.millrace.cluster.pattern.ClientPattern} bounds what they cost. RE2J's types
 * stay here. Pure; any thread.
 */
package io.millrace.cluster.pattern;
