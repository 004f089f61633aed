package io.dcd.data.image;

/** The two formats that ImageNet holds; a file's name says nothing about which it is. */
public enum ImageFormat {
    JPEG,
    PNG
}
