package io.dcd.train;

/**
 * Where the parameters of a run come from that did not begin with random ones.
 *
 * @param network its name
 * @param classes the number of classes
 * @param newClassifier whether the classifier was drawn anew, for another number of classes than the file's
 * @param file the name of the imported file
 * @param fileSha256 of that file
 * @param tensors how many of its tensors became parameters
 * @param ignoredCounters how many of its tensors only count batches, and were left out
 * @param parameters the length of the flat parameter vector, running statistics included
 * @param parametersSha256 of the flat parameter vector as little-endian float32
 */
public record ImportRecord(
        String network,
        int classes,
        boolean newClassifier,
        String file,
        String fileSha256,
        int tensors,
        int ignoredCounters,
        long parameters,
        String parametersSha256) {}
