package dev.wherry.verticles.registry;
