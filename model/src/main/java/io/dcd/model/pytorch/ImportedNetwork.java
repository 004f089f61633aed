package io.dcd.model.pytorch;

/**
 * A network's parameters as they come from a PyTorch file.
 *
 * @param parameters the flat parameter vector, running statistics included
 * @param classes the number of classes, as the file's classifier has it
 * @param tensors how many tensors of the file became parameters
 * @param counters how many of the file's tensors only count batches; nothing here needs them
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, never compared
public record ImportedNetwork(float[] parameters, int classes, int tensors, int counters) {}
