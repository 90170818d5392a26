/**
 * Producer ids and transactions (KIP-98, KIP-360, KIP-890).
 *
 * <p>Start at {@link io.millrace.cluster.transaction.TransactionCoordinator}: it decides for the transactional ids of this node, keeps
 * their state in {@link io.millrace.cluster.transaction.StatePartition}s and has {@code MarkerSender} tell the outcome. The other side, the
 * leader of a partition in a transaction, asks by {@code CoordinatorVerifier} and writes markers by {@link
 * io.millrace.cluster.transaction.MarkerWriter}. {@link io.millrace.cluster.transaction.Transactions} puts them together.
 *
 * <p>Runs on whatever thread asks or answers; nothing here blocks.
 */
package io.millrace.cluster.transaction;
