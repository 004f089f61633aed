package io.dcd.train;

/**
 * What came out of a run.
 *
 * @param network its name
 * @param complete whether all epochs are trained, or a limit ended it before
 * @param epochs the epochs that are trained
 * @param step the steps that each worker has taken
 * @param rounds the rounds
 * @param workers the logical workers W
 * @param samples the images that all workers together trained on
 * @param top1 validation images whose label had the highest score, in percent
 * @param top5 validation images whose label was among the five highest, in percent
 * @param loss mean cross-entropy over the validation images
 * @param images the number of validation images
 * @param seconds what the last invocation took, from the opened data to the evaluated network
 * @param parametersSha256 of the final flat parameter vector as little-endian float32
 */
public record Summary(
        String network,
        boolean complete,
        int epochs,
        long step,
        long rounds,
        int workers,
        long samples,
        double top1,
        double top5,
        double loss,
        long images,
        double seconds,
        String parametersSha256) {}
