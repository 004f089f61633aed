package io.dcd.engine.bench;

/**
 * What one operation of a plan costs.
 *
 * @param output the name of the tensor that it writes
 * @param kind the operation's name
 * @param shape of one sample of the output
 * @param forwardMilliseconds of the first thread for its share of the batch, the fastest run of every slice
 * @param backwardMilliseconds likewise; 0 at inference
 * @param forwardBytes size of the tensors and parameters that the forward pass must at least read and write once
 */
public record OperationCost(
        String output,
        String kind,
        String shape,
        double forwardMilliseconds,
        double backwardMilliseconds,
        long forwardBytes) {}
