package io.dcd.settings;

/** How images reach a network. */
public record DataSettings(int imageSize, int decodeThreads, int prefetchBatches, int cacheMebibytes) {
    public DataSettings {
        SettingsException.require(
                imageSize >= 32 && imageSize <= 4096, "data.image-size must lie in 32 … 4096, got %s", imageSize);
        SettingsException.require(
                decodeThreads >= 1 && decodeThreads <= 256,
                "data.decode-threads must lie in 1 … 256, got %s",
                decodeThreads);
        SettingsException.require(
                prefetchBatches >= 1 && prefetchBatches <= 64,
                "data.prefetch-batches must lie in 1 … 64, got %s",
                prefetchBatches);
        SettingsException.require(
                cacheMebibytes >= 0, "data.cache-mebibytes must not be negative, got %s", cacheMebibytes);
    }
}
